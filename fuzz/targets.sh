# What the scripts know of the fuzz targets; to be sourced, from the root of the tree.
# shellcheck shell=bash disable=SC2034

# Each target is fuzz/<name>_fuzz.cpp, built as fuzz_<name>.
fuzz_targets=(fuzz/*_fuzz.cpp)
fuzz_targets=("${fuzz_targets[@]#fuzz/}")
fuzz_targets=("${fuzz_targets[@]%_fuzz.cpp}")

# Prints the folders of the inputs that belong to a target.
fuzz_inputs() {
    local folder
    for folder in "fuzz/seeds/$1" "fuzz/regressions/$1"; do
        if [ -d "$folder" ]; then
            echo "$folder"
        fi
    done
}

# Prints the dictionary of a target, if it has one.
fuzz_dictionary() {
    local dictionary=fuzz/dictionary/$1.dict
    if [ -f "$dictionary" ]; then
        echo "$dictionary"
    fi
}

# Prints libFuzzer's options for a target: those of fuzz/libfuzzer.options, and its dictionary.
fuzz_options() {
    sed -n 's/^\([a-z_]*\) *= *\([0-9]*\)$/-\1=\2/p' fuzz/libfuzzer.options
    fuzz_dictionary "$1" | sed 's/^/-dict=/'
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
