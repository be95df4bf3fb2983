"""The colours of files and charts. The screen has them from .streamlit/config.toml, where Streamlit wants literals.

``tests/unit/test_palette.py`` holds both equal and finds colours that stand anywhere else.
"""

ACCENT = "#0F5C63"  # headings, links, marks
INK = "#0F181B"
GREY = "#51606A"  # what is said beside the point
LINE = "#D5DCD9"
RAMP = (  # from least to most, in the light theme
    "#E3EEEE", "#CADFE0", "#AFCFD1", "#93BEC1", "#77ADB1", "#5B9AA0", "#41868C", "#2A7178", "#165C64", "#07464E",
)  # fmt: skip
HEAD, PALE, BAR = RAMP[0], RAMP[2], RAMP[3]  # a table's head, a range, a bar behind a number
COUNT = RAMP[6]  # bars that stand for nothing but a count, 3:1 on both backgrounds of the screen
FOCUS = "#19828B"  # the ring around what has the focus, 3:1 on both backgrounds of the screen
CHART_GREY = "#808495"  # what Streamlit writes axes and legends with in its light theme; see start_page.py
FINE = "#7A878D"  # a grey for lines that holds 3:1 on both backgrounds of the screen

FOR_BRIEFS = {"accent": ACCENT, "ink": INK, "grey": GREY, "line": LINE, "pale": PALE}
