"""Pictures of clips: small videos, stills, sprite sheets."""
