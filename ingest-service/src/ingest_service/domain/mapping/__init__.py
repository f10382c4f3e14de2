"""What the columns of a table mean: guessed, corrected by its owner, remembered, and read.

model      the mapping itself
values     one cell (or two that belong together) to its plain form; the only reader of cells
words      what headers are called, and which words tell a direction
columns    what a column holds, told by its cells
dates      the order of day, month and year, told by all dates together
signs      which sign is spending
guess      a mapping for a table nobody knows, and what of it is doubtful
place      where a mapping's table stands in a file
profile    the vectorised import of a mapped table
preview    the first rows as they would be stored, without pandas
"""
