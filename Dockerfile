# docker build -t accountgraph .
# docker run -p 8080:8080 -v ./accountgraph.yaml:/accountgraph.yaml:ro --env-file tokens.env accountgraph serve --config /accountgraph.yaml
#
# Within a container the server must listen on more than loopback (server.listen),
# and must be told who may ask (server.auth); see docs/configuration.md.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# docker build --build-arg VERSION=1.2.3 --build-arg COMMIT=$(git rev-parse HEAD) --build-arg DATE=$(git log -1 --format=%cI) .
ARG VERSION=(devel) COMMIT=unknown DATE=unknown
RUN make build VERSION="$VERSION" COMMIT="$COMMIT" DATE="$DATE" && mv accountgraph /accountgraph

# Nothing but the program and the certificates with which it knows vendors.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /accountgraph /accountgraph
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/accountgraph"]
