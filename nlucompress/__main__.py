"""`python -m nlucompress`."""

from nlucompress.cli.main import main

main()
