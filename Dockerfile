# Chaski in a container: the executable on an image that holds nothing else, or, by `--target llama`,
# on llama.cpp's own, so that it runs the models of /models by itself. See docs/docker.md.

FROM denoland/deno:debian-2.9.6 AS build
WORKDIR /build
COPY deno.json deno.lock main.ts ./
COPY src src
COPY tests/tools tests/tools
RUN ["deno", "run", "--allow-all", "--frozen", "tests/tools/compile.ts"]
RUN ["mkdir", "/data"]

FROM ghcr.io/ggml-org/llama.cpp:server-b11176 AS llama
COPY --from=build --chmod=0555 /build/dist/chaski /usr/local/bin/chaski
COPY --from=build --chown=65532:65532 --chmod=0700 /data /data
ENV CHASKI_HOST=0.0.0.0 \
    CHASKI_DATA_DIR=/data \
    CHASKI_MODELS_DIR=/models \
    CHASKI_LLAMA_SERVER=/app/llama-server
USER 65532:65532
EXPOSE 8484
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=10s --retries=3 CMD ["chaski", "health"]
ENTRYPOINT ["chaski"]
CMD ["serve"]

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Chaski" \
      org.opencontainers.image.description="OpenAI Responses for coding agents, in front of llama.cpp" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build --chmod=0555 /build/dist/chaski /chaski
COPY --from=build --chown=65532:65532 --chmod=0700 /data /data
ENV CHASKI_HOST=0.0.0.0 \
    CHASKI_DATA_DIR=/data
USER 65532:65532
EXPOSE 8484
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=10s --retries=3 CMD ["/chaski", "health"]
ENTRYPOINT ["/chaski"]
CMD ["serve"]
