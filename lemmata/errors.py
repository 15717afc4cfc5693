"""The one exception that a user of lemmata is meant to read."""


class LemmataError(Exception):
    """Bad input or an environment that cannot serve.

    The message is one line that names the input and the remedy. The command line prints it as it is and exits with
    code 2.
    """
