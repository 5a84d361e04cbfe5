"""Drawn pictures of corners, as a phone might have taken them: the demo street holds no photo of any real place."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)
FLOOR = 430
Pen = ImageDraw.ImageDraw


def _stairs(pen: Pen, chance: random.Random, wall: str = "#d8d2c4", floor: str = "#8f8a80") -> None:
    """A landing: a wall with a darker dado, a floor of tiles, a door."""
    pen.rectangle((0, 0, SIZE[0], FLOOR), fill=wall)
    pen.rectangle((0, FLOOR - 150, SIZE[0], FLOOR), fill="#9db0a0")
    pen.rectangle((0, FLOOR, *SIZE), fill=floor)
    for n in range(-6, 20):
        pen.line((480 + (n - 7) * 60, FLOOR, 480 + (n - 7) * 190, SIZE[1]), fill="#7b766d", width=3)
    for y in (FLOOR + 40, FLOOR + 100, FLOOR + 190):
        pen.line((0, y, SIZE[0], y), fill="#7b766d", width=3)
    left = chance.randint(40, 120)
    pen.rectangle((left, 90, left + 190, FLOOR), fill="#6d4a33", outline="#4b3222", width=6)
    pen.ellipse((left + 150, 260, left + 170, 280), fill="#c9b46a")


def _rubbish(pen: Pen, chance: random.Random) -> None:
    _stairs(pen, chance)
    for n in range(6):
        x, y, r = 380 + n * 75 + chance.randint(-20, 20), FLOOR + chance.randint(-30, 70), chance.randint(55, 95)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=chance.choice(["#1f2422", "#2b3a55", "#e8e4da", "#3d4a3a"]), outline="#111", width=3)
        pen.polygon([(x - 12, y - r), (x + 12, y - r), (x + 22, y - r - 30), (x - 22, y - r - 30)], fill="#222")
    for _ in range(40):
        x, y = chance.randint(300, 900), chance.randint(FLOOR + 60, SIZE[1] - 20)
        pen.rectangle((x, y, x + chance.randint(6, 26), y + 8), fill=chance.choice(["#cfc7b0", "#b5462f", "#5c7d4e", "#e9e9e9"]))


def _bicycles(pen: Pen, chance: random.Random) -> None:
    _stairs(pen, chance, floor="#77787a")
    pen.rectangle((600, 120, 860, 200), fill="#b3202a")
    pen.rectangle((625, 150, 835, 170), fill="#f4f0e6")
    for n in range(3):
        x, y, colour = 260 + n * 210, FLOOR + 130, chance.choice(["#b02a30", "#2f6db0", "#222", "#d0d0d0"])
        for wheel in (x - 80, x + 80):
            pen.ellipse((wheel - 58, y - 58, wheel + 58, y + 58), outline="#181818", width=14)
        pen.line((x - 80, y, x - 20, y - 120, x + 60, y - 110, x + 80, y), fill=colour, width=16, joint="curve")
        pen.rectangle((x - 70, y - 145, x + 10, y - 118), fill="#1b1b1b")
        pen.line((x + 60, y - 110, x + 50, y - 180, x + 90, y - 190), fill="#333", width=9)


def _boxes(pen: Pen, chance: random.Random) -> None:
    _stairs(pen, chance)
    for n in range(9):
        x, w, h = 330 + (n % 4) * 140 + chance.randint(-15, 15), chance.randint(100, 150), chance.randint(80, 130)
        y = FLOOR + 110 - (n // 4) * 115
        pen.rectangle((x, y - h, x + w, y), fill=chance.choice(["#b98a55", "#a87943", "#c79d6a"]), outline="#7a5a34", width=4)
        pen.line((x, y - h // 2, x + w, y - h // 2), fill="#8d6a3f", width=3)
    pen.rectangle((760, FLOOR - 190, 800, FLOOR + 120), fill="#74685c")


def _night(pen: Pen, chance: random.Random) -> None:
    pen.rectangle((0, 0, *SIZE), fill="#10151f")
    pen.rectangle((0, 500, *SIZE), fill="#1b2029")
    for n in range(5):
        x = 60 + n * 190
        pen.rectangle((x, 180, x + 120, 500), fill="#1a2230")
        for row in range(6):
            if chance.random() < 0.3:
                pen.rectangle((x + 20, 200 + row * 48, x + 46, 226 + row * 48), fill="#caa75a")
    pen.rectangle((560, 120, 574, 560), fill="#2c3340")
    pen.polygon([(567, 120), (660, 110), (660, 130), (567, 140)], fill="#2c3340")
    pen.ellipse((640, 112, 690, 142), fill="#39414f")


def _water(pen: Pen, chance: random.Random) -> None:
    pen.rectangle((0, 0, SIZE[0], 330), fill="#b7c3cb")
    pen.rectangle((0, 330, *SIZE), fill="#77746d")
    pen.rectangle((0, 250, SIZE[0], 345), fill="#98a88e")
    pen.ellipse((120, 400, 860, 690), fill="#5d6f79")
    for _ in range(14):
        x, y = chance.randint(220, 720), chance.randint(450, 640)
        pen.arc((x, y, x + 120, y + 26), 180, 350, fill="#a9bcc6", width=3)
    pen.rectangle((700, 350, 820, 372), fill="#3d3d3d")


def _clean(pen: Pen, chance: random.Random) -> None:
    _stairs(pen, chance, floor="#a7a196")
    pen.rectangle((560, FLOOR + 60, 700, FLOOR + 66), fill="#ded8c8")
    pen.rectangle((820, FLOOR - 160, 832, FLOOR + 60), fill="#a36d33")
    pen.polygon([(796, FLOOR + 60), (856, FLOOR + 60), (870, FLOOR + 120), (782, FLOOR + 120)], fill="#c8a05a")


SCENES: dict[str, Callable[[Pen, random.Random], None]] = {
    "rubbish": _rubbish, "bicycles": _bicycles, "boxes": _boxes, "night": _night, "water": _water, "clean": _clean,
}  # fmt: skip


def picture(scene: str, chance: random.Random) -> bytes:
    """A JPEG of one of SCENES, a little out of focus, as a hurried hand holds a phone."""
    image, out = Image.new("RGB", SIZE), io.BytesIO()
    SCENES[scene](ImageDraw.Draw(image), chance)
    grain = Image.effect_noise(SIZE, 26).convert("RGB")
    Image.blend(image, grain, 0.08).filter(ImageFilter.GaussianBlur(1.4)).save(out, "JPEG", quality=85)
    return out.getvalue()
