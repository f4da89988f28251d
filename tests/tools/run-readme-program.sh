#!/usr/bin/env bash
# Packs the packages, builds the README's first program on them as a newcomer would, and runs it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
place=$(mktemp -d)
version=0.0.1-readme.$$
cleanup() {
  rm -rf "$place" "${NUGET_PACKAGES:-$HOME/.nuget/packages}"/ravatar.client{,.testing}/"$version"
}
trap cleanup EXIT

for project in Ravatar.Client Ravatar.Client.Testing; do
  dotnet pack "$root/src/$project" --nologo -v quiet -c Debug -p:PackageVersion="$version" -o "$place/packages"
done

mkdir "$place/program"
cd "$place/program"
awk '/^```csharp/ { inside = 1; next } /^```/ && inside { exit } inside' "$root/README.md" >Program.cs
cat >Program.csproj <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <RestoreAdditionalProjectSources>$place/packages</RestoreAdditionalProjectSources>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Ravatar.Client" Version="$version" />
    <PackageReference Include="Ravatar.Client.Testing" Version="$version" />
  </ItemGroup>
</Project>
EOF
answer=$(dotnet run)
echo "$answer"
[ "$answer" = "Assistant: You said: What can you do?" ]
