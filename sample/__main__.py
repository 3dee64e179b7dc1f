"""Write the shipped sample: `python -m sample DIR`."""

import argparse
import signal
import sys
from pathlib import Path

from sample import write_sample


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sample",
        description="Write the sample files, the same bytes every time.",
        epilog="example: python -m sample build/sample",
    )
    parser.add_argument("directory", type=Path, metavar="DIR", help="where to")
    directory = parser.parse_args().directory
    try:
        paths = write_sample(directory)
    except OSError as error:
        print(f"{directory} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # For who reads the first lines.
    for path in paths:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
