"""How the commands' answers are shown, one module by each command's name: blocks for every renderer."""
