# The program is the same on every platform, so it is built once, on the platform of the builder.
FROM --platform=$BUILDPLATFORM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
COPY docs/json.md ./docs/
RUN node scripts/build.mjs

# Node.js and CA certificates, without a shell or a package manager; the user is 65532 (nonroot).
FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY LICENSE package.json /app/
COPY bin /app/bin
COPY --from=build /build/THIRD-PARTY-NOTICES /app/
COPY --from=build /build/dist /app/dist
USER 65532
WORKDIR /work
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/ecs-secrets.js"]
