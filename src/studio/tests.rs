//! Keys, addresses and errors, against servers that answer what they are told to.
