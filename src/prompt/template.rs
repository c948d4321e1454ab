//! `{field}` templates.
