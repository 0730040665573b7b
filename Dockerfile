# Builds a static binary and puts it into an empty image: no shell, no package manager, nothing to patch but Oncalm.
# The digest is that of the image for all platforms: a tag that is moved changes nothing here. For a newer one:
# docker buildx imagetools inspect golang:1.26-bookworm
FROM golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What "oncalm version" says; version control is not in here. docker build --build-arg VERSION=$(git describe --tags --always --dirty)
ARG VERSION
# Time zones are compiled in (time/tzdata); paths and build id are left out, so that the same sources make the same file.
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X main.built=${VERSION:-unversioned}" -o /out/oncalm ./cmd/oncalm
# The folder of the store: nobody but the bot looks into it.
RUN mkdir -m 0700 -p /out/data

FROM scratch
# To know the certificates of Slack and AWS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /out/data /var/lib/oncalm
COPY --from=build /out/oncalm /oncalm
# There is no /tmp: a copy that fsck looks into while the bot runs goes to the volume.
ENV TMPDIR=/var/lib/oncalm
USER 65532:65532
WORKDIR /var/lib/oncalm
VOLUME /var/lib/oncalm
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/oncalm", "healthcheck"]
ENTRYPOINT ["/oncalm"]
CMD ["serve", "-config", "/etc/oncalm/oncalm.yaml"]
