"""`python -m astrosim`: the same as the command `astrosim`."""

from astrosim.cli import main

if __name__ == "__main__":
    main()
