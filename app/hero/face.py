"""A face for a hero that has no picture yet, drawn in its coat's colours."""

from storybook.config import shipped
from storybook.records import Hero
from storybook.world import load_world

EARS = {
    "cat": "M58 92 L66 34 L106 66 Z M142 92 L134 34 L94 66 Z",
    "fox": "M52 96 L58 26 L106 68 Z M148 96 L142 26 L94 68 Z",
    "dog": "M62 70 Q30 72 36 130 Q58 128 68 100 Z M138 70 Q170 72 164 130 Q142 128 132 100 Z",
    "rabbit": "M72 78 Q56 8 82 12 Q98 30 96 74 Z M128 78 Q144 8 118 12 Q102 30 104 74 Z",
    "bear": "M44 66 a24 24 0 1 1 44 -8 Z M156 66 a24 24 0 1 0 -44 -8 Z",
    "mouse": "M26 62 a34 34 0 1 1 62 4 Z M174 62 a34 34 0 1 0 -62 4 Z",
}
PLAIN = ("#b98a5a", "#8a6238")


def face(hero: Hero) -> str:
    """The face as SVG, 200 x 200; nothing of the hero's own words goes into it."""
    coat = load_world(shipped("assets")).coats.get(hero.look)
    base, mark = (coat.base, coat.mark) if coat else PLAIN
    ears = EARS.get(hero.species, EARS["bear"])
    inner = mark if mark != base else "#00000022"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">
<rect width="200" height="200" fill="#efe3cd"/>
<path d="{ears}" fill="{inner}" stroke="#3b2f2a" stroke-width="4" stroke-linejoin="round"/>
<ellipse cx="100" cy="112" rx="58" ry="52" fill="{base}" stroke="#3b2f2a" stroke-width="4"/>
<ellipse cx="100" cy="134" rx="28" ry="20" fill="#fff8ec"/>
<circle cx="78" cy="104" r="7" fill="#2c2733"/><circle cx="122" cy="104" r="7" fill="#2c2733"/>
<circle cx="80" cy="101" r="2.2" fill="#fff"/><circle cx="124" cy="101" r="2.2" fill="#fff"/>
<ellipse cx="100" cy="125" rx="7" ry="5" fill="#3b2f2a"/>
<path d="M100 130 v6 M100 136 q-9 9 -17 2 M100 136 q9 9 17 2" fill="none" stroke="#3b2f2a"
 stroke-width="3" stroke-linecap="round"/></svg>"""
