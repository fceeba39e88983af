"""The live view: a replicate in motion, or a stored run, in a browser page on this machine (extra `view`).

`player` owns a replicate and advances it between frames; `readings` reads off its engine what is shown; `frame` packs
that into bytes; `replay` goes back and forth in a stored run; `parameters` turns the fields of a scenario into
controls. None of these needs Solara. `stage` is the canvas component, `director` the thread that feeds it, `page` the
Solara page, and `server` serves it.
"""
