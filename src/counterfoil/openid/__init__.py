"""An OpenID provider on the wire: people sign in with an account that they have already."""
