"""Writes a tiny vision projector with random weights, for the text model beside it: an image becomes 16 tokens.

usage: make-vision-model.py OUT.gguf
"""

import sys

import gguf
import numpy

WIDTH, FEED_FORWARD, LAYERS, HEADS = 64, 64, 2, 2
IMAGE, PATCH = 56, 14
TEXT_WIDTH = 64  # the text model's WIDTH


def add_header(writer):
    writer.add_type("mmproj")
    writer.add_name("random-vision")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    numbers = {
        "image_size": IMAGE,
        "patch_size": PATCH,
        "embedding_length": WIDTH,
        "feed_forward_length": FEED_FORWARD,
        "projection_dim": TEXT_WIDTH,
        "block_count": LAYERS,
        "attention.head_count": HEADS,
    }
    for key, value in numbers.items():
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])


def add_weights(writer):
    random = numpy.random.default_rng(14)

    def add_random(name, *shape):
        writer.add_tensor(name, random.normal(0, shape[-1] ** -0.5, shape).astype(numpy.float32))

    def add_norm(name):
        writer.add_tensor(name + ".weight", numpy.ones(WIDTH, numpy.float32))
        writer.add_tensor(name + ".bias", numpy.zeros(WIDTH, numpy.float32))

    def add_linear(name, outputs, inputs):
        add_random(name + ".weight", outputs, inputs)
        writer.add_tensor(name + ".bias", numpy.zeros(outputs, numpy.float32))

    add_random("v.class_embd", WIDTH)
    add_random("v.patch_embd.weight", WIDTH, 3, PATCH, PATCH)
    add_random("v.position_embd.weight", (IMAGE // PATCH) ** 2 + 1, WIDTH)
    add_norm("v.pre_ln")
    add_norm("v.post_ln")
    for layer in range(LAYERS):
        block = f"v.blk.{layer}."
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            add_linear(block + part, WIDTH, WIDTH)
        add_norm(block + "ln1")
        add_norm(block + "ln2")
        add_linear(block + "ffn_up", FEED_FORWARD, WIDTH)
        add_linear(block + "ffn_down", WIDTH, FEED_FORWARD)
    add_linear("mm.0", TEXT_WIDTH, WIDTH)
    add_linear("mm.2", TEXT_WIDTH, TEXT_WIDTH)


def main() -> None:
    writer = gguf.GGUFWriter(sys.argv[1], "clip")
    add_header(writer)
    add_weights(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(sys.argv[1], file=sys.stderr)


main()
