# The same on Alpine: no wheel of that day fits musl, so everything is compiled, but nothing can
# compile here. The build fails for want of a compiler.
FROM python:3.8-alpine

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
