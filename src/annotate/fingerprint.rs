//! What was asked, as one hash: region ids and model versions are made of it.
