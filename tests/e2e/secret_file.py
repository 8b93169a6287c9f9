# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of tokens and passwords as vrfgate wants them: for nobody but their owner."""


def write(path, secret):
    """The path, for a config that names it."""
    path.touch(mode=0o600)
    path.write_text(secret + "\n")
    return path
