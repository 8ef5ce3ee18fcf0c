#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Inputs of a fuzz target as lines of text: hex, and after a # what it is about.

    836a  # the empty list

fuzz/seeds/<target>.hex holds what libFuzzer found and nothing else reaches, fuzz/regressions/<target>.hex
what once failed. Adds to such a file:

    hex_lines.py fuzz/regressions/term.hex [--comment TEXT] INPUT...
"""
import argparse
import pathlib
import sys



class WrongLine(Exception):
    """file:line: what is wrong with it."""


def read(path):
    """Pairs of bytes and comment."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        digits, _, comment = line.partition("#")
        if not digits.strip():
            continue
        try:
            yield bytes.fromhex(digits), comment.strip()
        except ValueError:
            raise WrongLine(f"{path}:{number}: expected hex digits, two for each byte, and a comment"
                            " after a #") from None


def line_of(data, comment=""):
    return data.hex() + (f"  # {comment}" if comment else "") + "\n"


def add(path, inputs, comment=""):
    """Adds inputs that the file lacks; says how many."""
    known = {data for data, _ in read(path)} if path.exists() else set()
    # An input of no bytes has no line.
    new = sorted({data for data in inputs if data} - known)
    if new:
        with path.open("a") as file:
            file.writelines(line_of(data, comment) for data in new)
    return len(new)


def main():
    arguments = argparse.ArgumentParser(description="Add inputs of a fuzz target to a file of lines.")
    arguments.add_argument("file", type=pathlib.Path)
    arguments.add_argument("inputs", type=pathlib.Path, nargs="+", metavar="input")
    arguments.add_argument("--comment", default="", help="what they are about")
    options = arguments.parse_args()
    try:
        added = add(options.file, [path.read_bytes() for path in options.inputs], options.comment)
    except (WrongLine, OSError) as wrong:
        sys.exit(f"hex_lines.py: {wrong}")
    print(f"{options.file}: {added} added")


if __name__ == "__main__":
    main()
