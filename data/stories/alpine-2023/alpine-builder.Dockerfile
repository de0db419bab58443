# With compilers, and a stage of its own for them. It builds, SciPy eight times over, since pip
# builds what it then rejects; and the copied wheels stay in the image as a layer of their own.
FROM python:3.8-alpine AS builder

RUN apk add --no-cache g++ gfortran gcc musl-dev make openblas-dev
WORKDIR /build
COPY requirements.txt .
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.8-alpine

RUN apk add --no-cache libstdc++ libgfortran openblas
COPY --from=builder /wheels /wheels
COPY requirements.txt .
RUN pip install --no-cache-dir --no-index --find-links /wheels -r requirements.txt \
    && rm -rf /wheels
