//! The command `ls-autolabel`.

fn main() {}
