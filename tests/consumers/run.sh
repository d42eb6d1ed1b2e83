#!/usr/bin/env bash
# Packs the library and uses the package as others would: in fresh projects outside the repository, C# in each form that .NET builds and
# F# in most. A line a row: what, its seconds, what came of it; as many rows at a time as there are processors, four at most.
# `run.sh ROW...` runs some rows; PACKAGE=file.nupkg takes another package, its symbols beside it. Linux. Installs nothing.
set -uo pipefail
shopt -s nullglob
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
export DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off
# No compiler server or build node is left behind: it would keep what it inherited, a lock for one.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0

# A version of its own, and none of it left in the package cache: otherwise the next run would test this one's package.
export LiftPoolVersion=0.0.0-consumers.$$
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
# Generated sources lie beside the project's, as in every build, so that their paths become /_/ as well.
artifacts=$repository/artifacts/consumers.$$
work=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null; rm -rf "$work" "$artifacts" "$packages/liftpool/$LiftPoolVersion"' EXIT
feed=$work/feed
mkdir "$feed"
# Beside the sources that this machine's configuration names. MSBuild takes properties from the environment.
export RestoreAdditionalProjectSources=$feed

# The longest first, so that none is left alone at the end.
all=(nativeaot fsharp-nativeaot trimmed fsharp-trimmed embedded fsharp fsharp-single-file app.cs libstdc++ self-contained contents csharp single-file net8.0 net9.0)

# row NAME: runs the function of that name, whose last line of output is what came of it, in a folder of its own: $place.
row() {
    local began=$SECONDS result failed=0
    place=$work/$1
    export DOTNET_BUNDLE_EXTRACT_BASE_DIR=$place/extracted
    mkdir "$place"
    "row-$1" > "$place/log" 2>&1 || failed=1
    if ((failed)); then
        result="FAILED"$'\n'$(grep -vE '^\s*$' "$place/log" | tail -n 12 | cut -c 1-300 | sed 's/^/    /')
    else
        result=$(tail -n 1 "$place/log")
    fi
    printf '%-18s %4d s  %s\n' "$1" $((SECONDS - began)) "$result"
    rm -rf "$place"
    return $failed
}

# project csharp|fsharp: a fresh one.
project() {
    cp -r "$here/$1" "$place/project"
}

# publish csharp|fsharp ARGUMENTS: the fresh project, in one form, and a run of it.
publish() {
    project "$1"
    shift
    dotnet publish "$place/project" -c Release -o "$place/out" "$@" && "$place/out/consumer"
}

# stops CODE COMMAND: the command fails, and names that error.
stops() {
    local code=$1 output
    shift
    output=$("$@" 2>&1) && echo "it was accepted" && return 1
    grep -oE "error $code: .*" <<< "$output" | head -n 1 | cut -c 1-110 | grep . || { echo "$output"; return 1; }
}

# The address is made up: what follows from one, source link and absolute links, is tested then. A second package has none.
row-pack() {
    if [[ ${PACKAGE:-} ]]; then
        # As it is but for the version.
        PACKAGE=$(realpath "$PACKAGE")
        (mkdir "$place/other" && cd "$place/other" && unzip -q "$PACKAGE" \
            && sed -i "s|<version>.*</version>|<version>$LiftPoolVersion</version>|" ./*.nuspec \
            && zip -qrD "$feed/LiftPool.$LiftPoolVersion.nupkg" .) \
            && cp "${PACKAGE%.nupkg}.snupkg" "$feed/LiftPool.$LiftPoolVersion.snupkg" || return 1
    else
        pack -o "$feed" -p:RepositoryUrl=https://github.com/liftpool/liftpool \
            && pack -o "$work/plain" -p:RepositoryUrl= --no-build || return 1
    fi
    basename "$feed"/*.nupkg
}

pack() {
    dotnet pack "$repository/src/LiftPool" -c Release --artifacts-path "$artifacts" \
        -p:PackageVersion="$LiftPoolVersion" -p:RunAnalyzers=false "$@"
}

row-contents() {
    cp "$here/Package.cs" "$place" && dotnet run "$place/Package.cs" -- "$repository" "$feed"/*.nupkg "$work"/plain/*.nupkg
    local result=$?
    dotnet clean "$place/Package.cs" > /dev/null
    return $result
}

row-net8.0() {
    project csharp
    stops NU1202 dotnet restore "$place/project" -p:TargetFramework=net8.0
}

row-net9.0() {
    project csharp
    stops NU1202 dotnet restore "$place/project" -p:TargetFramework=net9.0
}

# Where the system's libstdc++ is too old the build says so, unless the property is set. Then the program runs on old systems, built on
# whichever. This system is one of the two kinds; files stand for the libraries of both.
row-libstdc++() {
    project csharp
    : > "$place/old"
    echo GLIBCXX_3.4.32 > "$place/new"
    local built=$place/project/bin/Release/net10.0/linux-x64 output

    output=$(dotnet build "$place/project" -c Release -p:LiftPoolRelaxLibstdcxx= 2>&1) || { echo "$output"; return 1; }
    if "$built/consumer"; then
        ! grep LIFTPOOL002 <<< "$output" || { echo "it runs, and the build said that it does not"; return 1; }
    else
        grep "warning LIFTPOOL002: .*RelaxLibstdcxx" <<< "$output" || { echo "it does not run, and the build did not say so"; return 1; }
    fi

    on old -p:LiftPoolRelaxLibstdcxx= | grep "warning LIFTPOOL002" || { echo "no warning on an old system"; return 1; }
    ! on new -p:LiftPoolRelaxLibstdcxx= | grep LIFTPOOL002 || { echo "a warning on a new system"; return 1; }
    ! on old -p:LiftPoolRelaxLibstdcxx=false | grep LIFTPOOL002 || { echo "a warning in spite of false"; return 1; }
    stops LIFTPOOL003 on old -p:LiftPoolRelaxLibstdcxx= -t:PrepareForPublish -p:PublishSingleFile=true \
        -p:IncludeNativeLibrariesForSelfExtract=true || return 1

    # In the same folder, where the package's file lies already. One byte differs: the flag.
    dotnet build "$place/project" -c Release -p:_LiftPoolLibstdcxx="$place/new" && "$built/consumer" || return 1
    local changed
    changed=$(cmp -l "$packages/torchsharp/0.107.0/runtimes/linux-x64/native/libLibTorchSharp.so" "$built/libLibTorchSharp.so" | wc -l)
    ((changed == 1)) || { echo "$changed bytes differ from the package's library, not 1"; return 1; }
    echo "LIFTPOOL002 and LIFTPOOL003 on an old system; what a new one builds runs on it"
}

# on old|new ARGUMENTS: what the build says on such a system.
on() {
    local system=$1
    shift
    dotnet msbuild "$place/project" -p:Configuration=Release -p:_LiftPoolLibstdcxx="$place/$system" -t:ResolvePackageAssets "$@"
}

row-csharp() {
    publish csharp
}

row-fsharp() {
    project fsharp
    # Twice, so that building again is tried too.
    dotnet build -c Release "$place/project" && dotnet run -c Release --project "$place/project"
}

row-app.cs() {
    mkdir "$place/project"
    {
        echo "#:package LiftPool@$LiftPoolVersion"
        echo "#:package TorchSharp-cpu@0.107.0"
        echo "#:property LiftPoolRelaxLibstdcxx=true"
        echo "#:property UseCurrentRuntimeIdentifier=true"
        echo "#:property CreateHardLinksForCopyLocalIfPossible=true"
        cat "$here/csharp/Program.cs"
    } > "$place/project/app.cs"
    dotnet run "$place/project/app.cs"
    local result=$?
    dotnet clean "$place/project/app.cs" > /dev/null
    return $result
}

row-self-contained() {
    publish csharp --self-contained
}

row-single-file() {
    publish csharp -p:PublishSingleFile=true
}

row-embedded() {
    publish csharp -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true
}

row-trimmed() {
    publish csharp --self-contained -p:PublishTrimmed=true
}

row-fsharp-single-file() {
    publish fsharp --self-contained -p:PublishSingleFile=true
}

row-fsharp-trimmed() {
    publish fsharp --self-contained -p:PublishTrimmed=true
}

row-nativeaot() {
    nativeaot csharp
}

row-fsharp-nativeaot() {
    nativeaot fsharp
}

nativeaot() {
    command -v clang gcc > /dev/null || { echo "NativeAOT links with clang or gcc, and neither is here: install one"; return 1; }
    publish "$1" --self-contained -p:PublishAot=true
}

(($# > 0)) || set -- "${all[@]}"
row pack || exit 1

together=$(nproc)
failed=0
running=0
finish() {
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
}
for name in "$@"; do
    ((running < together && running < 4)) || finish
    row "$name" &
    running=$((running + 1))
done
while ((running > 0)); do
    finish
done
exit $((failed > 0))
