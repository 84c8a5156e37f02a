"""Encodes images with encoder.onnx: python encode.py IMAGE... prints one latent a line."""
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

SESSION = onnxruntime.InferenceSession(pathlib.Path(__file__).with_name("encoder.onnx"))
_, CHANNELS, HEIGHT, WIDTH = SESSION.get_inputs()[0].shape


def pixels(path):
    image = ImageOps.exif_transpose(Image.open(path)).convert("L" if CHANNELS == 1 else "RGB")
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32).reshape(HEIGHT, WIDTH, CHANNELS).transpose(2, 0, 1) / 255


def encode(paths, output="latent"):
    return SESSION.run([output], {"images": np.stack([pixels(path) for path in paths])})[0]


if __name__ == "__main__":
    np.savetxt(sys.stdout, encode(sys.argv[1:]), fmt="%.6g")
