#!/usr/bin/env bash
# Packs the library and uses the package as others would: in fresh projects outside the repository, C# and F#, in each form that .NET
# builds. A line a row: what, its seconds, what came of it. `run.sh ROW...` runs some rows; PACKAGE=file.nupkg takes another package.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work" "$cached"' EXIT
export DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off DOTNET_BUNDLE_EXTRACT_BASE_DIR=$work/extracted
# No compiler server or build node is left behind: it would keep what it inherited, a lock for one.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0

# A version of its own, and none of it left in the package cache: otherwise the next run would test this one's package.
export LiftPoolVersion=0.0.0-consumers
cached=${NUGET_PACKAGES:-$HOME/.nuget/packages}/liftpool/$LiftPoolVersion
feed=$work/feed
rm -rf "$cached"
mkdir "$feed"
# Beside the sources that this machine's configuration names. MSBuild takes properties from the environment.
export RestoreAdditionalProjectSources=$feed

all=(net9.0 old-libstdc++ csharp fsharp app.cs self-contained single-file embedded trimmed nativeaot)
failed=0

# row NAME: runs the function of that name, whose last line of output is what came of it.
row() {
    local began=$SECONDS result
    if "row-$1" > "$work/log" 2>&1; then
        result=$(tail -n 1 "$work/log")
    else
        result="FAILED"
        failed=$((failed + 1))
    fi
    printf '%-16s %4d s  %s\n' "$1" $((SECONDS - began)) "$result"
    [[ $result != FAILED ]] || grep -vE '^\s*$' "$work/log" | tail -n 12 | cut -c 1-300 | sed 's/^/    /'
    rm -rf "$work/project" "$work/out" "$work/extracted"
}

# project csharp|fsharp: a fresh one.
project() {
    cp -r "$here/$1" "$work/project"
}

# publish ARGUMENTS: the fresh C# project, in one form, and a run of it.
publish() {
    project csharp
    dotnet publish "$work/project" -c Release -o "$work/out" "$@" && "$work/out/consumer"
}

# stops CODE COMMAND: the command fails, and names that error.
stops() {
    local code=$1 output
    shift
    output=$("$@" 2>&1) && echo "it was accepted" && return 1
    grep -oE "error $code: .*" <<< "$output" | head -n 1 | cut -c 1-110 | grep . || { echo "$output"; return 1; }
}

row-pack() {
    if [[ ${PACKAGE:-} ]]; then
        # As it is but for the version.
        mkdir "$work/other" \
            && (cd "$work/other" && unzip -q "$PACKAGE" \
                && sed -i "s|<version>.*</version>|<version>$LiftPoolVersion</version>|" ./*.nuspec \
                && zip -qr "$feed/LiftPool.$LiftPoolVersion.nupkg" .) \
            && cp "${PACKAGE%.nupkg}.snupkg" "$feed/LiftPool.$LiftPoolVersion.snupkg" || return 1
    else
        dotnet pack "$here/../../src/LiftPool" -c Release -o "$feed" -p:PackageVersion=$LiftPoolVersion || return 1
    fi
    cp "$here/Package.cs" "$work" && dotnet run "$work/Package.cs" -- "$feed/LiftPool.$LiftPoolVersion.nupkg"
}

row-net9.0() {
    project csharp
    stops NU1202 dotnet restore "$work/project" -p:TargetFramework=net9.0
}

# Only where the system's libstdc++ is older than GCC 13's is there something to say.
row-old-libstdc++() {
    project csharp
    local output
    output=$(dotnet build "$work/project" -c Release -p:LiftPoolRelaxLibstdcxx= -warnAsMessage:none 2>&1) || { echo "$output"; return 1; }
    if "$work"/project/bin/Release/*/*/consumer; then
        ! grep LIFTPOOL002 <<< "$output" && echo "not needed: this system's is new enough"
    else
        grep -q "warning LIFTPOOL002: .*LiftPoolRelaxLibstdcxx" <<< "$output" || { echo "$output"; return 1; }
        stops LIFTPOOL003 dotnet publish "$work/project" -c Release -p:LiftPoolRelaxLibstdcxx= \
            -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true
    fi
}

row-csharp() {
    publish
}

row-fsharp() {
    project fsharp
    # Twice, so that building again is tried too.
    dotnet build -c Release "$work/project" && dotnet run -c Release --project "$work/project"
}

row-app.cs() {
    mkdir "$work/project"
    {
        echo "#:package LiftPool@$LiftPoolVersion"
        echo "#:package TorchSharp-cpu@0.107.0"
        echo "#:property LiftPoolRelaxLibstdcxx=true"
        echo "#:property UseCurrentRuntimeIdentifier=true"
        echo "#:property CreateHardLinksForCopyLocalIfPossible=true"
        cat "$here/csharp/Program.cs"
    } > "$work/project/app.cs"
    dotnet run "$work/project/app.cs"
    local result=$?
    dotnet clean "$work/project/app.cs" > /dev/null
    return $result
}

row-self-contained() {
    publish --self-contained
}

row-single-file() {
    publish -p:PublishSingleFile=true
}

row-embedded() {
    publish -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true
}

row-trimmed() {
    publish --self-contained -p:PublishTrimmed=true
}

row-nativeaot() {
    if ! command -v clang gcc > /dev/null && ! { apt-get install -qy --no-install-recommends clang zlib1g-dev; }; then
        echo "skipped: it needs clang or gcc, and neither is here nor can be installed"
        return 0
    fi
    publish --self-contained -p:PublishAot=true
}

(($# > 0)) || set -- "${all[@]}"
row pack
for name in "$@"; do
    row "$name"
done
exit $((failed > 0))
