#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets into $OUT as ClusterFuzzLite and OSS-Fuzz want them, each with its seeds,
# dictionary and options. Runs in the root of the sources; scripts/check-clusterfuzzlite runs it
# outside their images. $CXX, $CXXFLAGS and $LIB_FUZZING_ENGINE bring sanitizer, coverage and libc++
# with them: no preset, since those have sanitizers of their own.

# shellcheck source=fuzz/targets.sh
source fuzz/targets.sh

# Not scenario, control, yang and filter: they need yaml-cpp and libyang as shared libraries, the first
# made for another C++ library and both absent where targets run. What filters come from is a peer all
# the same; fuzz_server_session has subscriptions with them, without YANG.
targets=()
for target in "${fuzz_targets[@]}"; do
    [[ $target =~ ^(scenario|control|yang|filter)$ ]] || targets+=("$target")
done

# What is linked is in the program: where it runs there are no libraries but the C library.
build=$WORK/build
cmake -S . -B "$build" -G Ninja \
    -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_COMPILER="$CXX" \
    -DCMAKE_CXX_FLAGS="$CXXFLAGS" \
    -DCMAKE_CXX_FLAGS_DEBUG= \
    -DCONFD_BUILD_FUZZ=ON \
    -DCONFD_BUILD_TESTS=OFF \
    -DCONFD_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
    -DCONFD_HEADER_ONLY=ON \
    -DOPENSSL_USE_STATIC_LIBS=ON
cmake --build "$build" --target "${targets[@]/#/fuzz_}"

for target in "${targets[@]}"; do
    name=fuzz_$target
    cp "$build/fuzz/$name" "$OUT/"
    cp fuzz/libfuzzer.options "$OUT/$name.options"
    rm -f "$OUT/${name}_seed_corpus.zip"
    find "$(fuzz_inputs "$build" "$target")" -type f | zip -q -j "$OUT/${name}_seed_corpus.zip" -@
    dictionary=$(fuzz_dictionary "$build" "$target")
    if [ -n "$dictionary" ]; then
        cp "$dictionary" "$OUT/$name.dict"
        echo "dict = $name.dict" >>"$OUT/$name.options"
    fi
done
