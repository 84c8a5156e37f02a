"""Encodes images with encoder.onnx: python encode.py IMAGE... prints one latent a line."""
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

SESSION = onnxruntime.InferenceSession(pathlib.Path(__file__).with_name("encoder.onnx"))
_, CHANNELS, HEIGHT, WIDTH = SESSION.get_inputs()[0].shape

def pixels(path):
    image, box = Image.open(path), None
    image = ImageOps.exif_transpose(image)  #if upright
    image = Image.alpha_composite(Image.new("RGBA", image.size, "BACKGROUND"), image.convert("RGBA"))  #if background
    w, h = min(image.width, image.height * WIDTH // HEIGHT), min(image.height, image.width * HEIGHT // WIDTH)  #if crop
    box = (x := (image.width - w) // 2, y := (image.height - h) // 2, x + w, y + h)  #if crop
    image = image.convert("L" if CHANNELS == 1 else "RGB").resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box)
    return np.asarray(image, np.float32).reshape(HEIGHT, WIDTH, CHANNELS).transpose(2, 0, 1) / 255

def encode(paths, output="latent"):
    return SESSION.run([output], {"images": np.stack([pixels(path) for path in paths])})[0]

if __name__ == "__main__":
    np.savetxt(sys.stdout, encode(sys.argv[1:]), fmt="%.6g")
