# What the scripts know of the fuzz targets; to be sourced, from the root of the tree.
# shellcheck shell=bash disable=SC2034

# Each target is fuzz/<name>_fuzz.cpp, built as fuzz_<name>.
fuzz_targets=(fuzz/*_fuzz.cpp)
fuzz_targets=("${fuzz_targets[@]#fuzz/}")
fuzz_targets=("${fuzz_targets[@]%_fuzz.cpp}")

# Prints the folder where a build has the inputs of a target.
fuzz_inputs() {
    local build=$1 target=$2
    echo "$build/fuzz/inputs/$target"
}

# Prints the dictionary of a target that a build has made, if there is one.
fuzz_dictionary() {
    local dictionary=$1/fuzz/inputs/dictionary/$2.dict
    if [ -f "$dictionary" ]; then
        echo "$dictionary"
    fi
}

# Prints libFuzzer's options for a target of a build: those of fuzz/libfuzzer.options, and its dictionary.
fuzz_options() {
    sed -n 's/^\([a-z_]*\) *= *\([0-9]*\)$/-\1=\2/p' fuzz/libfuzzer.options
    fuzz_dictionary "$1" "$2" | sed 's/^/-dict=/'
}

# Fails, saying why, unless each argument after the script's name is a target.
check_fuzz_targets() {
    local script=$1 name
    shift
    for name; do
        if [[ " ${fuzz_targets[*]} " != *" $name "* ]]; then
            echo "$script: no fuzz target '$name'; there are: ${fuzz_targets[*]}" >&2
            return 1
        fi
    done
}
