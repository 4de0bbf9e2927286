"""The parts of the page of heroes: cards, photos, adding and teaching one."""
