# What `make run` serves, as an image: see docs/containers.md. The base is any Debian with Python 3.11 or newer.
ARG BASE=python:3.13-slim-trixie
FROM ${BASE}

RUN apt-get update \
 && apt-get install --yes --no-install-recommends make \
 && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home loyalty && install --directory --owner=loyalty /data /srv/loyalty
USER loyalty
WORKDIR /srv/loyalty
COPY --chown=loyalty . .

# The environments and the layer, so that a container starts without a package index.
RUN make run-environment

# The operator's command, which finds the stack in its container.
ENV PATH=$PATH:/srv/loyalty/.venv/bin LOYALTY_LOCAL=1
EXPOSE 3000
VOLUME /data
CMD ["make", "--silent", "run", "LISTEN=0.0.0.0", "STATE=/data"]
