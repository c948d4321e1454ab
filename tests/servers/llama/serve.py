"""Serves a text model and its vision projector with llama.cpp's own HTTP server.

usage: serve.py TEXT.gguf VISION.gguf PORT
"""

import sys
import threading

import xllamacpp

SLOTS = 4
TOKENS_A_SLOT = 8192


def main() -> None:
    text, vision, port = sys.argv[1:]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = text
    parameters.mmproj.path = vision
    parameters.mmproj_use_gpu = False
    parameters.n_ctx = SLOTS * TOKENS_A_SLOT
    parameters.n_parallel = SLOTS
    parameters.cpuparams.n_threads = 1
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = int(port)
    parameters.warmup = False
    parameters.use_jinja = True
    # The tests read from /metrics how much the server was asked.
    parameters.endpoint_metrics = True
    server = xllamacpp.Server(parameters)
    print("listening on", server.listening_address, flush=True)
    threading.Event().wait()


main()
