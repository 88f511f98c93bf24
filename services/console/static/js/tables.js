// On a phone a row of a list is shown as a block, each value under what its column is called. CSS takes the names from
// data-label; the roles keep it a table for who does not see it.
const ROLES = [["table", "table"], ["thead, tbody", "rowgroup"], ["tr", "row"], ["th", "columnheader"], ["td", "cell"]];

export function labelTables(root) {
  for (const table of root.querySelectorAll("table.zq-table:not([role])")) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, i) => { if (heads[i]) cell.dataset.label = heads[i]; });
    }
    table.setAttribute("role", "table");
    for (const [selector, role] of ROLES.slice(1)) {
      for (const element of table.querySelectorAll(selector)) element.setAttribute("role", role);
    }
  }
}
