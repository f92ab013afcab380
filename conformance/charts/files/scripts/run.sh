#!/bin/sh
set -eu
echo "$1" | tr a-z A-Z
