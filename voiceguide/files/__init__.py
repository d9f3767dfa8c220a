"""Files: where the user's own are, and how to read and write them so that nothing is torn, followed or left behind.

`places` knows the user's folders, `held_folder` holds a folder open against links that others plant, `whole_file`
writes a file whole or not at all, `scratch` makes temporary folders and files, `lock` locks one for a process.
"""
