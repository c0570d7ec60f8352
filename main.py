"""``python main.py`` is the same as the installed command ``motion-studio``."""

from studio.cli import main

if __name__ == "__main__":
    main()
