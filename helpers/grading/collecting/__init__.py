"""Finding out who handed in what: files, the layouts of the systems, people, and which notebook counts.

`files` lists what lies in a folder or zip, `layouts` says whose each file is and when it came in, `people` says which
names are one person, `contents` looks into notebooks, `choosing` takes one notebook for each student and lecture.
"""
