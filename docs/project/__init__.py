"""The final project: a brief, and a rubric that a person marks by. Copy the folder and change what your class needs."""

LECTURE = "90_project"
