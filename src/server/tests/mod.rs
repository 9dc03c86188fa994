//! Tests of the embedded org through its router.
