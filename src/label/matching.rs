//! Free text to one of the labels, or to none: a wrong label is worse than none.
