"""Writes a tiny language model of the llama architecture with random weights.

usage: make-text-model.py OUT.gguf

What it says is noise, but noise that a JSON schema can be laid over: one constant dimension of the embedding lets the
last layer forbid bytes that are not ASCII (a cut UTF-8 sequence makes llama.cpp answer 500) and backslashes (a lone
surrogate would follow some day), and favour what closes a string or an array, so that answers are short.
"""

import sys

import gguf
import numpy

WIDTH, LAYERS, HEADS, FEED_FORWARD, CONTEXT = 64, 2, 4, 128, 8192
HEAD_WIDTH = WIDTH // HEADS
BIAS = 0  # the constant dimension
SPACE = "\u2581"
# Common pieces keep prompts short: without them every letter is a token.
PIECES = (
    "the and you that have for not with this from they are was but what all were when your can said there use each which "
    "she how their will other about out many then them these some her would make like him into time has look two more "
    "write see number way could people than first been call who its now find long down day did get come made may part "
    "task text label labels answer question choose account card payment transfer money balance bank topic reply order "
    "receipt total sarcastic positive negative neutral true false null ing ion ent est ver ter tion"
).split()


def vocabulary():
    """Returns the tokens with their scores and types, and which of them an answer must never hold."""
    kind = gguf.TokenType
    rows = [("<unk>", 0.0, kind.UNKNOWN)]
    rows += [(name, 0.0, kind.CONTROL) for name in ("<s>", "</s>", "<|im_start|>", "<|im_end|>")]
    rows += [(f"<0x{byte:02X}>", 0.0, kind.BYTE) for byte in range(256)]
    rows += [(character, -100.0, kind.NORMAL) for character in (SPACE, *map(chr, range(33, 127)))]
    known = {text for text, _, _ in rows}
    # SentencePiece merges two pieces at a time, so every beginning of a word has to be a token too.
    for word in PIECES:
        for lead in ("", SPACE):
            whole = lead + word
            for piece in (whole[:end] for end in range(2, len(whole) + 1)):
                if piece not in known:
                    known.add(piece)
                    rows.append((piece, -1.0 - 0.01 * len(known), kind.NORMAL))
    forbidden = [index for index, row in enumerate(rows) if row[2] in (kind.BYTE, kind.UNKNOWN) or row[0] == "\\"]
    return rows, forbidden


def add_header(writer, rows):
    writer.add_name("random-text")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HEAD_WIDTH)
    writer.add_vocab_size(len(rows))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text.encode() for text, _, _ in rows])
    writer.add_token_scores([score for _, score, _ in rows])
    writer.add_token_types([kind for _, _, kind in rows])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    # With a space before every prompt llama.cpp cannot start its JSON grammar (llama.cpp#22396).
    writer.add_add_space_prefix(False)
    writer.add_chat_template(
        "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )


def add_weights(writer, rows, forbidden):
    random = numpy.random.default_rng(20)

    def matrix(height, width):
        return random.normal(0, width**-0.5, (height, width)).astype(numpy.float32)

    def add(name, values):
        writer.add_tensor(name, values)

    def add_residual(name, values):
        # Nothing is ever added to the constant dimension.
        values[BIAS, :] = 0
        add(name, values)

    ones = numpy.ones(WIDTH, numpy.float32)
    embedding = matrix(len(rows), WIDTH) * WIDTH**0.5
    embedding[:, BIAS] = 8
    add("token_embd.weight", embedding)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        add(block + "attn_norm.weight", ones)
        add(block + "attn_q.weight", matrix(WIDTH, WIDTH))
        add(block + "attn_k.weight", matrix(WIDTH, WIDTH))
        add(block + "attn_v.weight", matrix(WIDTH, WIDTH))
        add_residual(block + "attn_output.weight", matrix(WIDTH, WIDTH))
        add(block + "ffn_norm.weight", ones)
        add(block + "ffn_gate.weight", matrix(FEED_FORWARD, WIDTH))
        add(block + "ffn_up.weight", matrix(FEED_FORWARD, WIDTH))
        add_residual(block + "ffn_down.weight", matrix(WIDTH, FEED_FORWARD))
    add("output_norm.weight", ones)
    output = matrix(len(rows), WIDTH)
    output[:, BIAS] = 0
    output[forbidden, BIAS] = -40
    closing = [index for index, row in enumerate(rows) if row[0] in ('"', "]", "}")]
    output[closing, BIAS] = 0.35
    add("output.weight", output)


def main() -> None:
    writer = gguf.GGUFWriter(sys.argv[1], "llama")
    rows, forbidden = vocabulary()
    add_header(writer, rows)
    add_weights(writer, rows, forbidden)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{sys.argv[1]}: {len(rows)} tokens", file=sys.stderr)


main()
