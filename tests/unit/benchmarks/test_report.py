"""Does the table show every set, group and figure that was measured?"""

from __future__ import annotations

from rich.console import Console

from benchmarks.understanding.report import table_of

RESULTS = {
    "intents": {
        "cais": {
            "ours": {
                "train_seconds": 3.5,
                "mb": 2.0,
                "dev": {"sentences": 10, "accuracy": 95.5, "ece": 1.5, "ms": 0.4},
            },
            "diet": {"failed": "not done after 9 s"},
        }
    },
    "faq": {"questions": 4, "recall1": 75.0, "unanswerable": 2, "refused": 50.0, "by_style": {}},
    "own": {"items": {"questions": 3, "first": 66.67, "by_style": {"typo": {"questions": 1, "first": None}}}},
}


def printed(results: dict[str, object]) -> list[list[str]]:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table_of(results))
    return [[cell.strip() for cell in line.split("│")] for line in captured.get().splitlines()]


def test_every_measured_figure_stands_in_its_row():
    rows = {line[1]: line[2:-1] for line in printed(RESULTS) if len(line) > 2}
    assert [cell for cell in rows["intents cais dev, ours"] if cell] == ["10", "95.5", "1.5", "3.5", "2", "0.4"]
    assert [cell for cell in rows["faq"] if cell] == ["4", "75", "50"]
    assert [cell for cell in rows["own items"] if cell] == ["3", "66.67"]
    assert [cell for cell in rows["style typo"] if cell] == ["1"]
    assert "intents cais, diet: not done after 9 s" in rows


def test_nothing_measured_is_an_empty_table():
    assert table_of({}).row_count == 0
