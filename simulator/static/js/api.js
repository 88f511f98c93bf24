// How does the page speak with the simulator? The same control API that the tests use.

async function request(method, path, body, signal) {
  const response = await fetch(`/sim/${path}`, {
    method,
    signal,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export const get = (path, signal) => request("GET", path, undefined, signal);
export const post = (path, body = {}) => request("POST", path, body);
export const put = (path, body) => request("PUT", path, body);
export const remove = (path) => request("DELETE", path);

/** Calls `take` with each entry of the log that fits `query`, from `after` on, until `signal` is aborted. */
export async function follow(query, after, take, signal) {
  let seq = after;
  while (!signal.aborted) {
    try {
      const entries = await get(`log?${query}&after=${seq}&wait=25`, signal);
      for (const entry of entries) {
        if (signal.aborted) return;
        seq = entry.seq;
        take(entry);
      }
    } catch {
      // The simulator is being restarted, or the page was left: ask again after a moment.
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
}
