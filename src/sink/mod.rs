//! Where predictions go. One destination a file.
