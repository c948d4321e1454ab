//! Wall time, CPU time and memory of a whole run against an in-process server.
fn main() {}
