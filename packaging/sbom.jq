# The packages that are compiled into the program, as SPDX 2.3, from `cargo metadata` and the checksums of Cargo.lock.

# A package by the identifier that SPDX allows.
def spdx_id: "SPDXRef-Package-" + (. | gsub("[^A-Za-z0-9.-]"; "-"));

# Name and version, and the checksum, of each package of the lock file that is from a registry.
def checksums:
  $lock | split("[[package]]\n")[1:]
  | map([scan("(?m)^(name|version|checksum) = \"([^\"]+)\"$")] | map({key: .[0], value: .[1]}) | from_entries)
  | map(select(.checksum) | {key: "\(.name) \(.version)", value: .checksum}) | from_entries;

# What a package is linked with: neither what only its build script uses, nor what only tests use.
def linked: [.deps[] | select(any(.dep_kinds[]; .kind == null)) | .pkg];

. as $metadata
| checksums as $checksums
| ($metadata.resolve.nodes | map({key: .id, value: linked}) | from_entries) as $edges
| $metadata.resolve.root as $root
| {seen: [], next: [$root]}
| until(.next == []; (.seen + .next | unique) as $seen | {$seen, next: ([.next[] | $edges[.][]] | unique - $seen)})
| .seen as $ids
| ($metadata.packages | map(select(.id as $id | $ids | bsearch($id) >= 0)) | sort_by(.name, .version)) as $packages
| ($packages | map({key: .id, value: ("\(.name)-\(.version)" | spdx_id)}) | from_entries) as $names
| ($packages[] | select(.id == $root)) as $lobu
| {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: "lobu-\($lobu.version)-\($target)",
    documentNamespace: "urn:sha256:\($sha256)",
    creationInfo: {created: ($time | tonumber | todate), creators: ["Tool: packaging/sbom.jq"]},
    packages: ($packages | map({
      SPDXID: $names[.id],
      name,
      versionInfo: .version,
      downloadLocation: (if .source then "NOASSERTION" else "NONE" end),
      filesAnalyzed: false,
      licenseConcluded: "NOASSERTION",
      licenseDeclared: ((.license // "NOASSERTION") | gsub(" */ *"; " OR ") | gsub(" +"; " ")),
      copyrightText: "NOASSERTION",
      checksums: (
        if .id == $root then [{algorithm: "SHA256", checksumValue: $sha256}]
        else [$checksums["\(.name) \(.version)"] // empty | {algorithm: "SHA256", checksumValue: .}] end),
      externalRefs: [{
        referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: "pkg:cargo/\(.name)@\(.version)"
      }]
    })),
    relationships: (
      [{spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: $names[$root]}]
      + [$packages[] | .id as $id | $edges[$id] | unique[] | {
          spdxElementId: $names[$id], relationshipType: "DEPENDS_ON", relatedSpdxElement: $names[.]
        }])
  }
