"""Reads damaged files and examines damaged rows by the hundred thousand: ``make bench-damage``.

Ends with an exception at the first one that comes to anything but a word of the closed list; the seed brings it back.
"""

from __future__ import annotations

import argparse

from tests.harness.mutations import campaign, peak_megabytes


def main() -> None:
    """Run one campaign and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=200_000)
    options = parser.parse_args()
    found = campaign(options.seed, options.files, options.rows, lambda line: print(line, flush=True))
    for word, count in found.most_common():
        print(f"{count:10,} {word}")
    print(f"{peak_megabytes():10,} MB at most")


if __name__ == "__main__":
    main()
