"""Lifecycles, trees and timelines as people look at them."""
