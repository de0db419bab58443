# The quick one: Debian's libc, for which scikit-learn and pandas have wheels.
FROM python:3.8-slim

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
