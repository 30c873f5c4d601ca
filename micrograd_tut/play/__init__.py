"""A page on which a network trains, with no Python on the machine of the reader."""

from micrograd_tut.play.page import Playground as Playground, playground as playground
