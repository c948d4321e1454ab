//! Stories of the whole program, one a file, against servers that run in the test itself.

mod support;
